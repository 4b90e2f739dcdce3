using DataSpace.Cli.Node;

namespace DataSpace.Cli.Dataset;

/// <summary>Answer of /admin/datasets and its checks.</summary>
internal sealed record ListingsView(IReadOnlyList<ListingView> Datasets);

/// <summary>One dataset and its last check.</summary>
internal sealed record ListingView(
    string DatasetId, bool Listed, long Sampled, ClassificationView? Classification, string? GradeFound,
    IReadOnlyList<ListedColumnView>? Columns, IReadOnlyList<FindingView>? Findings);

/// <summary>A column as declared and as found.</summary>
internal sealed record ListedColumnView(
    string Name, string? Declared, bool Identifier, IReadOnlyList<FoundClassView>? Found, IReadOnlyList<string>? Reviewed, IReadOnlyList<string>? Problems);

/// <summary>A class of personal data in a column; the share is of a thousand values, absent when the name says so.</summary>
internal sealed record FoundClassView(string Class, string? ClassZh, int? SharePermille);

/// <summary>A reason against the listing.</summary>
internal sealed record FindingView(string Code, string? Title, string? TitleZh, string? Detail, string? Column, string? Class, string? Advice, string? AdviceZh);

/// <summary>Answer of /admin/history.</summary>
internal sealed record HistoryView(bool Complete, ProblemView? Problem, long Answers, long Unknown, long Beginnings, int MaxSets, IReadOnlyList<HistoryCountView>? Consumers);

/// <summary>Exact answers about a dataset that one consumer got.</summary>
internal sealed record HistoryCountView(string DatasetId, string Consumer, long Answers, long Sets);
