using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace AtpKeyserver.Tests.Support.Names;

/// <summary>
/// A name server on loopback, with UDP and TCP on one port. It sends no response until the test sets one.
/// </summary>
public sealed class TestNameServer : IDisposable
{
    private const int HeaderSize = 12;

    private const int Tries = 20;

    private readonly Socket _udp;
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<TcpClient> _clients = new();
    private int _connections;

    /// <param name="port">0 takes a free port.</param>
    public TestNameServer(int port = 0)
    {
        (_udp, _tcp) = Listen(port);
        _ = ReceiveAsync();
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_udp.LocalEndPoint!;

    /// <summary>The response to a query; null sends none and is the default.</summary>
    public Func<NameQuestion, NameAnswer?>? Answer { get; set; }

    /// <summary>All queries that arrived over UDP, even those without a response.</summary>
    public ConcurrentQueue<NameQuestion> Questions { get; } = new();

    /// <summary>TCP connections; they never get a response.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The hosts that were queried so far.</summary>
    public int Hosts => Questions.Select(question => question.Host).Distinct(StringComparer.Ordinal).Count();

    public void Dispose()
    {
        _stop.Cancel();
        _udp.Dispose();
        _tcp.Dispose();
        foreach (var client in _clients)
            client.Dispose();
        _stop.Dispose();
    }

    /// <summary>A port that is free for UDP may be in use for TCP: then another one is tried.</summary>
    private static (Socket Udp, TcpListener Tcp) Listen(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            var tcp = new TcpListener(IPAddress.Loopback, ((IPEndPoint)udp.LocalEndPoint!).Port);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException) when (port == 0 && attempt < Tries)
            {
                tcp.Dispose();
                udp.Dispose();
            }
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        var stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stop);
                var query = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
                var question = Read(query, out var end);
                Questions.Enqueue(question);
                if (Answer?.Invoke(question) is { } answer)
                    await _udp.SendToAsync(Write(query.AsSpan(0, end), answer), received.RemoteEndPoint, stop);
            }
            catch (SocketException)
            {
                // The client is gone.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _clients.Enqueue(await _tcp.AcceptTcpClientAsync(_stop.Token));
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static NameQuestion Read(ReadOnlySpan<byte> query, out int end)
    {
        List<string> labels = [];
        for (end = HeaderSize; query[end] > 0; end += 1 + query[end])
            labels.Add(Encoding.ASCII.GetString(query.Slice(end + 1, query[end])));
        var family = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 1)..]) == 28
            ? AddressFamily.InterNetworkV6
            : AddressFamily.InterNetwork;
        end += 5; // The root label, type and class.
        return new NameQuestion(string.Join('.', labels), family);
    }

    /// <summary>
    /// RFC 1035 section 4.1. <paramref name="query"/>: the header and the question, which are returned.
    /// </summary>
    private static byte[] Write(ReadOnlySpan<byte> query, NameAnswer answer)
    {
        var message = new List<byte>(query.ToArray());
        // A response, recursion desired and available.
        var flags = 0x8180 | (answer.IsTruncated ? 0x0200 : 0) | answer.Code;
        message[2] = (byte)(flags >> 8);
        message[3] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(
            CollectionsMarshal.AsSpan(message)[6..], (ushort)(answer.Addresses.Count + answer.Texts.Count));
        message[8] = message[9] = message[10] = message[11] = 0;
        foreach (var address in answer.Addresses)
        {
            var bytes = address.GetAddressBytes();
            byte type = address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)28 : (byte)1;
            // A pointer to the question's name, type, class IN, 60 s, length.
            message.AddRange([0xc0, HeaderSize, 0, type, 0, 1, 0, 0, 0, 60, 0, (byte)bytes.Length, .. bytes]);
        }

        foreach (var text in answer.Texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            message.AddRange(
            [
                0xc0, HeaderSize, 0, 16, 0, 1, 0, 0, 0, 60, 0,
                (byte)(bytes.Length + 1), (byte)bytes.Length, .. bytes,
            ]);
        }

        return [.. message];
    }
}
