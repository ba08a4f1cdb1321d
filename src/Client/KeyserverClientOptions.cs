namespace AtpKeyserver.Client;

/// <summary>What an application may choose. The defaults are right for most.</summary>
public sealed class KeyserverClientOptions
{
    /// <summary>
    /// The keyserver's origin, such as <c>https://keys.example.com</c>; <see langword="null"/>: what its DID document
    /// says.
    /// </summary>
    /// <remarks>https, but for localhost.</remarks>
    public Uri? Address { get; set; }

    /// <summary>Where documents of did:plc come from.</summary>
    public Uri PlcDirectory { get; set; } = new("https://plc.directory");

    /// <summary>
    /// The application's own; it stays open. It must not follow redirects, which could take an app password along; best
    /// with an infinite <see cref="System.Net.Http.HttpClient.Timeout"/>: <see cref="Timeout"/> bounds each try.
    /// <see langword="null"/>: one that all clients of the process share.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>How long one try may take. A PDS that passes calls on waits 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest wait before a retry. Where the server's <c>Retry-After</c> (or else <c>RateLimit-Reset</c>) is
    /// longer, the call fails at once with <see cref="KeyserverException.RetryAfter"/> set.
    /// </summary>
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of caches and retries.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
