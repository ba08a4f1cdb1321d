namespace AtpKeyserver.Errors;

/// <summary>
/// An error that is reported to the caller: a protocol error name and a message that says what to do. The message must
/// not contain keys, tokens, other accounts' data or internal names. Any other exception becomes a 500 without details.
/// </summary>
public class KeyserverException : Exception
{
    public KeyserverException(ErrorName error, string message, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
    }

    public ErrorName Error { get; }

    /// <summary>Sent as <c>Retry-After</c> in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>503: storage, Key Vault or DID resolution is unavailable. The outcome of a change is unknown.</summary>
    public static KeyserverException Upstream(string message, Exception? inner = null) =>
        new(ErrorName.UpstreamFailure, message, inner) { RetryAfter = TimeSpan.FromSeconds(1) };
}
