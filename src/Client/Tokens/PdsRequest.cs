using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>The requests of <c>com.atproto.server</c> that a session needs.</summary>
internal static class PdsRequest
{
    private const string Prefix = "xrpc/com.atproto.server.";

    public static HttpRequestMessage ServiceAuth(Uri pds, string accessToken, string audience, string method) =>
        Authorized(
        new(HttpMethod.Get,
            new Uri(pds, $"{Prefix}getServiceAuth{new Parameters().Add("aud", audience).Add("lxm", method)}")),
        accessToken);

    public static HttpRequestMessage Procedure(Uri pds, string method, string? token) =>
        Authorized(new(HttpMethod.Post, new Uri(pds, Prefix + method)), token);

    public static HttpRequestMessage Procedure<T>(Uri pds, string method, string? token, T input, JsonTypeInfo<T> type)
    {
        var request = Procedure(pds, method, token);
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(input, type))
        {
            Headers = { ContentType = new(MediaTypeNames.Application.Json) },
        };
        return request;
    }

    private static HttpRequestMessage Authorized(HttpRequestMessage request, string? token)
    {
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }
}
