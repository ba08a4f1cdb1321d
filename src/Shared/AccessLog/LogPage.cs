namespace AtpKeyserver.AccessLog;

/// <summary>A page of an access log, newest first.</summary>
/// <param name="Entries">At most as many as were asked for; perhaps fewer, even none, where <paramref name="Cursor"/> leads on.</param>
/// <param name="Cursor">Where the next page begins; null on the last one.</param>
public sealed record LogPage(IReadOnlyList<LogEntry> Entries, string? Cursor);
