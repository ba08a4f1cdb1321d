using System.Net.Http.Headers;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Calls the keyserver without the client library.</summary>
internal sealed class XrpcClient(HttpClient http, Uri origin)
{
    public async Task<Answer> DidDocumentAsync(CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri(origin, ".well-known/did.json"), cancellation);
        return await Answer.ReadAsync("did.json", response, cancellation);
    }

    /// <param name="method">The NSID.</param>
    /// <param name="token">Null: an anonymous call.</param>
    /// <param name="parameters">The query's parameters.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public Task<Answer> QueryAsync(
        string method, string? token, IEnumerable<(string Name, string Value)> parameters,
        CancellationToken cancellation)
    {
        var query = string.Join(
            '&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        return SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(origin, $"xrpc/{method}?{query}")), method,
            token, cancellation);
    }

    private async Task<Answer> SendAsync(
        HttpRequestMessage request, string method, string? token, CancellationToken cancellation)
    {
        using (request)
        {
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request, cancellation);
            return await Answer.ReadAsync(method[(method.LastIndexOf('.') + 1)..], response, cancellation);
        }
    }
}
