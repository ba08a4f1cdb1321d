using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>What the targets of requests share.</summary>
internal static class Call
{
    public static XrpcCall Of(HttpRequest request) => new(request, default, allowLocalhost: false, CancellationToken.None);

    /// <summary>A refusal that a caller may be given: it says what to do, in a short sentence, and can be written.</summary>
    public static bool Refused(KeyserverException refusal, ErrorName name = ErrorName.InvalidRequest)
    {
        FindingException.Unless(refusal.Error == name, $"It is refused with {refusal.Error}.");
        FindingException.Unless(refusal.Message.Length is > 10 and < 240, $"The message has {refusal.Message.Length} characters.");
        var response = new DefaultHttpContext().Response;
        XrpcAnswer.WriteAsync(response, new XrpcError(refusal.Error.ToString(), refusal.Message), XrpcJson.Default.XrpcError).GetAwaiter().GetResult();
        return false;
    }
}
