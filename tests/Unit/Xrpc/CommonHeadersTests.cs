using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Tests.Unit.Xrpc;

public sealed class CommonHeadersTests
{
    [Fact]
    public void Outside_development_browsers_are_told_to_stay_on_https() =>
        Assert.Equal("max-age=31536000; includeSubDomains", Headers(isDevelopment: false).StrictTransportSecurity);

    [Fact]
    public void In_development_they_are_not() => Assert.False(Headers(isDevelopment: true).ContainsKey("Strict-Transport-Security"));

    [Fact]
    public void Types_are_not_guessed_and_any_origin_may_read()
    {
        var headers = Headers(isDevelopment: false);
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.Equal("*", headers.AccessControlAllowOrigin);
        Assert.False(headers.ContainsKey("Access-Control-Allow-Credentials"));
    }

    private static IHeaderDictionary Headers(bool isDevelopment)
    {
        var response = new DefaultHttpContext().Response;
        XrpcAnswer.AddCommonHeaders(response, isDevelopment);
        return response.Headers;
    }
}
