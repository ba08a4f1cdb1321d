namespace AtpKeyserver.Storage;

/// <summary>One page of a list.</summary>
/// <param name="Entries">In list order; may be empty even if more pages follow.</param>
/// <param name="Next">Where the next page starts: a row key or, for callers, a cursor. Null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Entries, string? Next);
