namespace AtpKeyserver.Storage;

/// <summary>A piece of a list.</summary>
/// <param name="Entries">In the order of the list; maybe none, even where more follow.</param>
/// <param name="Next">Where the next page begins: a row key, or for callers a cursor. Null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Entries, string? Next);
