using AtpKeyserver.Errors;
using Azure;

namespace AtpKeyserver.Observability;

/// <summary>What the log records about a failure. Not the exception message: it may quote the request.</summary>
/// <param name="Error">The exception type; for an upstream failure, the type of its cause.</param>
/// <param name="Status">The HTTP status; 0 if there was no response.</param>
internal readonly record struct FailureCause(string Error, int Status)
{
    public static FailureCause Of(Exception failure) => failure switch
    {
        KeyserverException { InnerException: { } cause } => Of(cause),
        RequestFailedException failed => new(nameof(RequestFailedException), failed.Status),
        _ => new(failure.GetType().Name, 0),
    };
}
