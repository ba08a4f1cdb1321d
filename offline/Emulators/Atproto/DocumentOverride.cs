namespace AtpKeyserver.Emulators.Atproto;

/// <summary>Overrides the response to a lookup.</summary>
public sealed record DocumentOverride
{
    /// <summary>The raw body; null: the original one.</summary>
    public string? Body { get; init; }

    /// <summary>Null: no header.</summary>
    public string? ContentType { get; init; } = "application/did+ld+json; charset=utf-8";

    public int Status { get; init; } = 200;

    /// <summary>Such as <c>Location</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The delay of the response.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Sends half of the body, then closes the connection.</summary>
    public bool Truncated { get; init; }
}
