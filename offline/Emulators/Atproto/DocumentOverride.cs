namespace AtpKeyserver.Emulators.Atproto;

/// <summary>What a look-up gets in place of the DID's document.</summary>
public sealed record DocumentOverride
{
    /// <summary>Sent as it is; null sends the document that would have been sent.</summary>
    public string? Body { get; init; }

    /// <summary>Null sends none.</summary>
    public string? ContentType { get; init; } = "application/did+ld+json; charset=utf-8";

    public int Status { get; init; } = 200;

    /// <summary>Such as <c>Location</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How long to wait before answering, by the system's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Announces the whole body, sends half of it and closes the connection.</summary>
    public bool Truncated { get; init; }
}
