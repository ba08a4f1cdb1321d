using System.Net.Sockets;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Starts to read an export as slowly as possible.</summary>
public sealed class SlowReader : IDisposable
{
    private readonly HttpClient _http;

    private SlowReader(HttpClient http, HttpResponseMessage response, Stream body) =>
        (_http, Response, Body) = (http, response, body);

    public HttpResponseMessage Response { get; }

    public Stream Body { get; }

    /// <summary>Returns when the first bytes have arrived.</summary>
    public static async Task<SlowReader> StartAsync(Uri app, string token)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (to, cancellation) =>
            {
                var socket =
                    new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
                await socket.ConnectAsync(to.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app, $"xrpc/{Api.A}account.export"));
        request.Headers.Authorization = new("Bearer", token);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        var body = await response.Content.ReadAsStreamAsync();
        return new SlowReader(http, response, body);
    }

    /// <summary>What has not been read yet.</summary>
    public async Task<byte[]> ReadRestAsync()
    {
        using var rest = new MemoryStream();
        await Body.CopyToAsync(rest);
        return rest.ToArray();
    }

    public void Dispose()
    {
        Response.Dispose();
        _http.Dispose();
    }
}
