using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Unit.Xrpc;

public sealed class CommonHeadersTests
{
    [Fact]
    public void HSTS_is_sent_outside_development() =>
        Assert.Equal("max-age=31536000; includeSubDomains", Headers(isDevelopment: false).StrictTransportSecurity);

    [Fact]
    public void HSTS_is_not_sent_in_development() =>
        Assert.False(Headers(isDevelopment: true).ContainsKey("Strict-Transport-Security"));

    [Fact]
    public void Responses_forbid_sniffing_and_allow_any_origin()
    {
        var headers = Headers(isDevelopment: false);
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.Equal("*", headers.AccessControlAllowOrigin);
        Assert.False(headers.ContainsKey("Access-Control-Allow-Credentials"));
    }

    private static IHeaderDictionary Headers(bool isDevelopment)
    {
        var response = new DefaultHttpContext().Response;
        XrpcResponse.AddCommonHeaders(response, isDevelopment);
        return response.Headers;
    }
}
