namespace AtpKeyserver.Client;

/// <summary>
/// The keyserver, or what stands before it, did not do what was asked. Derived types say what an application can do
/// about it; <see cref="ErrorName"/> is the name on the wire. Messages hold no keys and no tokens.
/// </summary>
/// <param name="errorName">The name on the wire, such as <c>Forbidden</c>; see <see cref="KeyserverErrors"/>.</param>
/// <param name="message">For developers, in English.</param>
/// <param name="inner">What it came from, if anything.</param>
public class KeyserverException(string errorName, string message, Exception? inner = null)
    : Exception($"{errorName}: {message}", inner)
{
    /// <summary>The name on the wire; one of <see cref="KeyserverErrors"/> or a newer one.</summary>
    public string ErrorName => errorName;

    /// <summary>The HTTP status; <see langword="null"/> where no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>How long the server asks to wait; <see langword="null"/> where it doesn't.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the call was a change that may have been made all the same. Look before asking again, or ask again with
    /// an expected version.
    /// </summary>
    public bool OutcomeUnknown { get; init; }
}
