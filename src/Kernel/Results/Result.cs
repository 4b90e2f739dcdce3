using System.Diagnostics.CodeAnalysis;

namespace DataSpace.Kernel.Results;

/// <summary>Either a value or an expected <see cref="DsError"/>. Exceptions are for bugs and I/O.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, DsError? error) => (_value, Error) = (value, error);

    /// <summary>The error, or null on success.</summary>
    public DsError? Error { get; }

    /// <summary>True when there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Error is null;

    /// <summary>The value; throws when there is none, so check <see cref="IsOk"/> or use <see cref="TryGet"/>.</summary>
    public T Value => Error is null ? _value! : throw new InvalidOperationException(Error.ToString());

    /// <summary>Both halves at once: <c>if (!r.TryGet(out var value, out var error)) return error;</c></summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out DsError? error)
    {
        (value, error) = (_value, Error);
        return Error is null;
    }

    /// <summary>Success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Failure.</summary>
    public static implicit operator Result<T>(DsError error) => new(default, error);
}

/// <summary>The value of an operation that returns nothing.</summary>
public readonly record struct Unit
{
    /// <summary>The only value.</summary>
    public static readonly Unit Value;
}
