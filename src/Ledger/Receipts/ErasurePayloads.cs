using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>The payload of an earlier entry of this log was erased. Its commitment stays, and every proof with it.</summary>
public sealed record ErasedPayload : IEntryPayload
{
    /// <summary>Everything but the metering fields, which stay for their statutory retention. Of an entry without such fields: everything.</summary>
    public const string Content = "content";

    /// <summary>Everything.</summary>
    public const string All = "all";

    /// <summary>Index of the entry.</summary>
    public required long Index { get; init; }

    /// <summary>Its leaf hash, lower-case hex.</summary>
    public required string EntryHash { get; init; }

    /// <summary><see cref="Content"/> or <see cref="All"/>.</summary>
    public required string Part { get; init; }

    /// <summary>Legal ground, as the owner names it, for example <c>PIPL 47</c>.</summary>
    public required string Ground { get; init; }

    /// <summary>Pseudonym of whoever decided.</summary>
    public required string By { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Erased;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Count("index", Index).Digest("entryHash", EntryHash).Word("part", Part).Id("ground", Ground).Id("by", By).Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<ErasedPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new ErasedPayload
        {
            Index = reader.Count("index"),
            EntryHash = reader.Digest("entryHash"),
            Part = reader.Word("part"),
            Ground = reader.Id("ground"),
            By = reader.Id("by"),
        });
    }
}
