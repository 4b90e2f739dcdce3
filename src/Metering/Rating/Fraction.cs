using System.Numerics;

namespace DataSpace.Metering.Rating;

/// <summary>An exact rational number; the denominator is positive and the fraction in lowest terms.</summary>
internal readonly record struct Fraction
{
    private readonly BigInteger _denominator;

    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfZero(denominator.Sign);
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        (Numerator, _denominator) = (numerator / divisor, denominator / divisor);
    }

    public BigInteger Numerator { get; }

    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator; // the default value is zero

    public static Fraction Zero => default;

    public static Fraction operator +(Fraction a, Fraction b) => new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Fraction operator -(Fraction a, Fraction b) => new(a.Numerator * b.Denominator - b.Numerator * a.Denominator, a.Denominator * b.Denominator);

    public static Fraction operator *(Fraction a, Fraction b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static implicit operator Fraction(BigInteger whole) => new(whole, 1);

    public static implicit operator Fraction(long whole) => new(whole, 1);

    public bool Equals(Fraction other) => Numerator == other.Numerator && Denominator == other.Denominator;

    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary>The nearest whole number, halves upward. For amounts, which are never negative here.</summary>
    public BigInteger RoundHalfUp() => Floor(new Fraction(2 * Numerator + Denominator, 2 * Denominator));

    public static BigInteger Floor(Fraction value)
    {
        var quotient = BigInteger.DivRem(value.Numerator, value.Denominator, out var remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }
}
