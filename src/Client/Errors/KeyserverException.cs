namespace AtpKeyserver.Client;

/// <summary>
/// A call failed. The derived type tells the application how to react; <see cref="ErrorName"/> is the error name of the
/// protocol. Messages never contain keys or tokens.
/// </summary>
/// <param name="errorName">
/// The error name of the protocol, such as <c>Forbidden</c>; see <see cref="KeyserverErrors"/>.
/// </param>
/// <param name="message">For developers, in English.</param>
/// <param name="inner">The cause, if any.</param>
public class KeyserverException(string errorName, string message, Exception? inner = null)
    : Exception($"{errorName}: {message}", inner)
{
    /// <summary>One of <see cref="KeyserverErrors"/>, or a newer name.</summary>
    public string ErrorName => errorName;

    /// <summary>The message without the error name.</summary>
    internal string Explanation => message;

    /// <summary>The HTTP status; <see langword="null"/> if there was no response.</summary>
    public int? Status { get; init; }

    /// <summary>How long the server asks to wait; <see langword="null"/> if it does not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the call was a change that may have been applied despite the failure. Check the state before you repeat
    /// it, or repeat it with an expected version.
    /// </summary>
    public bool OutcomeUnknown { get; init; }
}
