using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>Calls methods of the emulated PDS.</summary>
internal static class XrpcCalls
{
    public static Task<(int Status, JsonNode Answer)> QueryAsync(
        this HttpClient http, string method, string parameters, string? token = null) =>
        SendAsync(http, HttpMethod.Get, $"{method}?{parameters}", body: null, token);

    public static Task<(int Status, JsonNode Answer)> ProcedureAsync(
        this HttpClient http, string method, JsonNode? input, string? token = null) =>
        ProcedureAsync(http, method, input?.ToJsonString(), token);

    public static Task<(int Status, JsonNode Answer)> ProcedureAsync(
        this HttpClient http, string method, string? body, string? token = null) =>
        SendAsync(http, HttpMethod.Post, method, body, token);

    private static async Task<(int Status, JsonNode Answer)> SendAsync(
        HttpClient http, HttpMethod verb, string target, string? body, string? token)
    {
        using var request = new HttpRequestMessage(verb, "/xrpc/" + target);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
