namespace AtpKeyserver.AccessLog;

/// <summary>An entry of the access log, as its subject's owner sees it.</summary>
public sealed class LogEntry
{
    private LogEntry(DateTimeOffset accessedAt, LogDetails details, string? target)
    {
        AccessedAt = accessedAt;
        Action = details.Action;
        Outcome = details.Outcome;
        Did = details.Did;
        Version = details.Version;
        Target = target;
        Ip = details.Ip;
        UserAgent = details.UserAgent;
        Reason = details.Reason;
    }

    /// <summary>The entries that an event stands for.</summary>
    internal static IEnumerable<LogEntry> Of(DateTimeOffset accessedAt, LogDetails details) =>
        details.Targets is null
            ? [new LogEntry(accessedAt, details, details.Target)]
            : details.Targets.Select(target => new LogEntry(accessedAt, details, target));

    /// <summary>When it happened; for a denied call, to the minute.</summary>
    public DateTimeOffset AccessedAt { get; }

    /// <summary>A name of <see cref="AccessNames"/>.</summary>
    public string Action { get; }

    public string Outcome { get; }

    /// <summary>Who did it.</summary>
    public string Did { get; }

    /// <summary>The key version concerned.</summary>
    public int? Version { get; }

    /// <summary>The member or delegate concerned.</summary>
    public string? Target { get; }

    public string? Ip { get; }

    public string? UserAgent { get; }

    /// <summary>The caller's reason for a rotation.</summary>
    public string? Reason { get; }
}
