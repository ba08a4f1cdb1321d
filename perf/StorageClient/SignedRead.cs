using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.StorageClient;

/// <summary>The least that a read costs: the request, its signature and the bytes of the response.</summary>
internal sealed class SignedRead
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private readonly Uri _row;
    private readonly SharedKey _key;

    public SignedRead(Uri endpoint, string connectionString, string row)
    {
        _row = new Uri($"{endpoint}/{row}");
        _key = SharedKey.Of(connectionString);
    }

    public async Task ReadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _row);
        foreach (var (name, value) in _key.Sign(_row.AbsolutePath))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await s_http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }
}
