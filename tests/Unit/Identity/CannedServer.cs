using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>
/// A loopback server that reads a request and then lets the test write any response, well-formed or not.
/// </summary>
internal sealed class CannedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private int _connections;

    public CannedServer(string answer)
        : this(async (stream, stop) => await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stop))
    {
    }

    public CannedServer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The last request: its first line and headers.</summary>
    public string Request { get; private set; } = "";

    public static string Response(
        string body, string type = "application/json", string more = "", string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{more}"
        + $"Connection: close\r\n\r\n{body}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var stop = _stop.Token;
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(stop);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(client, stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[8192];
                var text = new StringBuilder();
                while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var count = await stream.ReadAsync(buffer, stop);
                    if (count == 0)
                        return;
                    text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                }

                Request = text.ToString();
                await _answer(stream, stop);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The client has disconnected, or the test is over.
            }
        }
    }
}
