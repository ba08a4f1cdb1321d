namespace AtpKeyserver.Client;

/// <summary>Where a response came from, for error messages.</summary>
/// <param name="Host">The host, with its port unless it is the default.</param>
/// <param name="Hint">What to check, with a space before it; empty if the request was not an XRPC call.</param>
internal sealed record ResponseSource(string Host, string Hint)
{
    public static ResponseSource Of(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        var hint = path.StartsWith("/xrpc/com.atproto.", StringComparison.Ordinal)
            || request.Headers.Contains(ProxyRoute.Header) ? " Check that it is a PDS."
            : path.StartsWith("/xrpc/", StringComparison.Ordinal) ? " Check that it is a keyserver."
            : "";
        return new ResponseSource(request.RequestUri.Authority, hint);
    }
}
