using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Endpoints.Groups;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>Shared code of the request targets.</summary>
internal static class Call
{
    public static XrpcCall Of(HttpRequest request) =>
        new(request, AddMember.Method, caller: null, from: default, allowLocalhost: false, CancellationToken.None);

    /// <summary>Checks a refusal: its message says what to do in a short sentence and can be serialized.</summary>
    public static bool Refused(KeyserverException refusal, ErrorName name = ErrorName.InvalidRequest)
    {
        FindingException.Unless(refusal.Error == name, $"The error is {refusal.Error}.");
        FindingException.Unless(
            refusal.Message.Length is > 10 and < 240, $"The message has {refusal.Message.Length} characters.");
        var response = new DefaultHttpContext().Response;
        XrpcResponse.WriteAsync(response, new XrpcError(refusal.Error.ToString(), refusal.Message),
            XrpcJson.Default.XrpcError).GetAwaiter().GetResult();
        return false;
    }
}
