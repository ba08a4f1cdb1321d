namespace AtpKeyserver.AccessLog;

/// <summary>A page of an access log, newest first.</summary>
/// <param name="Entries">
/// At most the requested number; may be fewer or none, even if <paramref name="Cursor"/> is not null.
/// </param>
/// <param name="Cursor">For the next page; null on the last one.</param>
public sealed record LogPage(IReadOnlyList<LogEntry> Entries, string? Cursor);
