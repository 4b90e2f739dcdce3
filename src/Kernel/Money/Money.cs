using System.Globalization;
using System.Numerics;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Money;

/// <summary>A currency of ISO 4217 that prices may be in.</summary>
/// <param name="Code">Three upper-case letters.</param>
/// <param name="Decimals">Digits of the minor unit: 2 for CNY (fen), 0 for JPY.</param>
/// <param name="Symbol">What stands before an amount.</param>
public sealed record Currency(string Code, int Decimals, string Symbol)
{
    /// <summary>Renminbi.</summary>
    public static readonly Currency Cny = new("CNY", 2, "¥");

    /// <summary>Euro.</summary>
    public static readonly Currency Eur = new("EUR", 2, "€");

    /// <summary>United States dollar.</summary>
    public static readonly Currency Usd = new("USD", 2, "$");

    /// <summary>Hong Kong dollar.</summary>
    public static readonly Currency Hkd = new("HKD", 2, "HK$");

    /// <summary>Yen; the code stands before amounts, for the sign is the renminbi's too.</summary>
    public static readonly Currency Jpy = new("JPY", 0, "JPY ");

    /// <summary>All that are accepted.</summary>
    public static IReadOnlyList<Currency> All { get; } = [Cny, Eur, Usd, Hkd, Jpy];

    /// <summary>By code, or null.</summary>
    public static Currency? Find(string? code) => All.FirstOrDefault(c => c.Code == code);
}

/// <summary>
/// An amount as an integer number of minor units. Arithmetic is checked: it throws <see cref="OverflowException"/> rather than wrap, and
/// <see cref="InvalidOperationException"/> rather than mix currencies. There is no floating point and no implicit rounding.
/// </summary>
public readonly record struct Money : IComparable<Money>
{
    private readonly Currency? _currency;

    /// <summary>An amount of <paramref name="minor"/> minor units.</summary>
    public Money(long minor, Currency currency) => (Minor, _currency) = (minor, currency);

    /// <summary>Minor units (fen, cents).</summary>
    public long Minor { get; }

    /// <summary>Currency; the default value of the struct has none and throws.</summary>
    public Currency Currency => _currency ?? throw new InvalidOperationException("An amount without currency.");

    /// <summary>Nothing.</summary>
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>Sum.</summary>
    public static Money operator +(Money a, Money b) => new(checked(a.Minor + b.Minor), Same(a, b));

    /// <summary>Difference.</summary>
    public static Money operator -(Money a, Money b) => new(checked(a.Minor - b.Minor), Same(a, b));

    /// <summary>Opposite.</summary>
    public static Money operator -(Money a) => new(checked(-a.Minor), a.Currency);

    /// <summary>Multiple.</summary>
    public static Money operator *(Money a, long times) => new(checked(a.Minor * times), a.Currency);

    /// <summary>Order, within one currency.</summary>
    public static bool operator <(Money a, Money b) => a.CompareTo(b) < 0;

    /// <summary>Order, within one currency.</summary>
    public static bool operator >(Money a, Money b) => a.CompareTo(b) > 0;

    /// <summary>Order, within one currency.</summary>
    public static bool operator <=(Money a, Money b) => a.CompareTo(b) <= 0;

    /// <summary>Order, within one currency.</summary>
    public static bool operator >=(Money a, Money b) => a.CompareTo(b) >= 0;

    /// <inheritdoc />
    public int CompareTo(Money other)
    {
        _ = Same(this, other);
        return Minor.CompareTo(other.Minor);
    }

    /// <summary>
    /// Reads a decimal text such as <c>2</c>, <c>2.00</c> or <c>0.5</c>: digits and one point, at most the currency's decimals, no sign,
    /// no exponent, no separators.
    /// </summary>
    public static Result<Money> Parse(string? text, string? currencyCode)
    {
        if (Currency.Find(currencyCode) is not { } currency)
            return MoneyErrors.UnknownCurrency.Of();
        if (text is not { Length: > 0 and <= 20 })
            return MoneyErrors.NotAnAmount.Of();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && fraction.Length == 0) || fraction.Length > currency.Decimals
            || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit)
            || !long.TryParse(whole + fraction.PadRight(currency.Decimals, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
            return MoneyErrors.NotAnAmount.Of();
        return new Money(minor, currency);
    }

    /// <summary>
    /// Splits the amount in proportion to <paramref name="weights"/> (non-negative, not all zero) without losing a unit: every part is
    /// rounded towards zero, and the left-over units go to the largest remainders, equal ones in declared order.
    /// </summary>
    public IReadOnlyList<Money> Allocate(params ReadOnlySpan<long> weights)
    {
        BigInteger total = 0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight);
            total += weight;
        }
        if (total.IsZero)
            throw new ArgumentException("At least one weight must be positive.", nameof(weights));
        var parts = new long[weights.Length];
        var remainders = new BigInteger[weights.Length];
        var left = Minor;
        for (var i = 0; i < parts.Length; i++)
        {
            var quotient = BigInteger.DivRem((BigInteger)Minor * weights[i], total, out var remainder);
            (parts[i], remainders[i]) = ((long)quotient, BigInteger.Abs(remainder));
            left -= parts[i];
        }
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).Take((int)Math.Abs(left))) // a stable sort
            parts[i] += Math.Sign(left);
        var currency = Currency;
        return [.. parts.Select(p => new Money(p, currency))];
    }

    /// <summary>Symbol and amount with the currency's decimals: <c>¥2.00</c>, <c>-¥0.05</c>. The same in every culture.</summary>
    public override string ToString()
    {
        if (_currency is null)
            return "?";
        var digits = BigInteger.Abs(Minor).ToString(CultureInfo.InvariantCulture).PadLeft(_currency.Decimals + 1, '0');
        var amount = _currency.Decimals == 0 ? digits : digits.Insert(digits.Length - _currency.Decimals, ".");
        return (Minor < 0 ? "-" : "") + _currency.Symbol + amount;
    }

    private static Currency Same(Money a, Money b)
        => a.Currency == b.Currency ? a.Currency : throw new InvalidOperationException("Amounts of two currencies do not mix.");
}
