namespace AtpKeyserver.Errors;

/// <summary>
/// A refusal that the caller is told: a name of the protocol and a sentence that says what to do. The message never holds a key, a token,
/// another account's data or an internal name. What is not a <see cref="KeyserverException"/> becomes a 500 without details.
/// </summary>
public class KeyserverException : Exception
{
    public KeyserverException(ErrorName error, string message, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
    }

    public ErrorName Error { get; }

    /// <summary>When to come back; sent as <c>Retry-After</c> in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Store, vault or resolver cannot answer now: 503. For a change the outcome is unknown.</summary>
    public static KeyserverException Upstream(string message, Exception? inner = null) =>
        new(ErrorName.UpstreamFailure, message, inner) { RetryAfter = TimeSpan.FromSeconds(1) };
}
