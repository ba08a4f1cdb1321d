namespace AtpKeyserver.Client;

/// <summary>Options of <see cref="KeyserverClient"/> and <see cref="PdsSession"/>.</summary>
public sealed class KeyserverClientOptions
{
    /// <summary>
    /// The keyserver's origin, such as <c>https://keys.example.com</c>; <see langword="null"/>: taken from its DID
    /// document.
    /// </summary>
    /// <remarks>Must be https, except on localhost.</remarks>
    public Uri? Address { get; set; }

    /// <summary>The directory that resolves did:plc.</summary>
    public Uri PlcDirectory { get; set; } = new("https://plc.directory");

    /// <summary>
    /// The application's HTTP client, which is not disposed. It must not follow redirects, because a redirect could
    /// send an app password elsewhere. Set its <see cref="System.Net.Http.HttpClient.Timeout"/> to infinite:
    /// <see cref="Timeout"/> limits each attempt. <see langword="null"/>: one that all clients of the process share.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The limit of one attempt. A PDS waits 10 s when it proxies a call.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest wait before a retry. If the server's <c>Retry-After</c> (or <c>RateLimit-Reset</c>) is longer, the
    /// call fails at once with <see cref="KeyserverException.RetryAfter"/> set.
    /// </summary>
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a request for a group's key waits for others, to read up to 100 keys with one call.
    /// <see cref="TimeSpan.Zero"/>: each key is read with a call of its own, at once. If the server cannot read many
    /// keys with one call, up to four calls run concurrently.
    /// </summary>
    /// <remarks>Must not be negative.</remarks>
    public TimeSpan KeyBatchDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The clock of caches and retries.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
