using AtpKeyserver.Errors;
using Azure;

namespace AtpKeyserver.Observability;

/// <summary>What the log says of a failure: not its message, which may quote what was sent.</summary>
/// <param name="Error">The type of the exception, or of the one that was translated into an upstream failure.</param>
/// <param name="Status">Of the answer; 0 where there was none.</param>
internal readonly record struct FailureCause(string Error, int Status)
{
    public static FailureCause Of(Exception failure) => failure switch
    {
        KeyserverException { InnerException: { } cause } => Of(cause),
        RequestFailedException failed => new(nameof(RequestFailedException), failed.Status),
        _ => new(failure.GetType().Name, 0),
    };
}
