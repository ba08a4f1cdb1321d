using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>
/// Receives the exports of an app, by OTLP over HTTP and to Application Insights, and keeps them unchanged.
/// </summary>
internal sealed class Collector : IDisposable
{
    public const string InsightsPath = "/v2.1/track";

    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string Body)> _received = new();

    public Collector()
    {
        using (var socket = new TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/";
        }

        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = TakeAsync();
    }

    public string Address { get; }

    /// <summary>
    /// The received data by path, which separates traces, metrics and logs. Text is UTF-8, one character per byte.
    /// </summary>
    public ILookup<string, string> Received => _received.ToLookup(request => request.Path, request => request.Body);

    public void Dispose() => _listener.Close();

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                var isPacked = context.Request.Headers["Content-Encoding"] == "gzip";
                await using (var stream = isPacked
                    ? new GZipStream(context.Request.InputStream, CompressionMode.Decompress)
                    : context.Request.InputStream)
                {
                    await stream.CopyToAsync(body);
                }

                var path = context.Request.Url!.AbsolutePath;
                _received.Enqueue((path, Encoding.Latin1.GetString(body.ToArray())));
                context.Response.ContentType = path == InsightsPath ? "application/json" : "application/x-protobuf";
                context.Response.Close(path == InsightsPath ? "{}"u8.ToArray() : [], willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
