using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Networking;

/// <summary>
/// Connects to the first address of a host that answers (Happy Eyeballs). Each attempt gets a head start of
/// <see cref="HeadStart"/> before the next one starts in parallel, so an unresponsive address costs no more than that.
/// Families alternate, IPv4 first: many networks have no IPv6 route.
/// <see href="https://www.rfc-editor.org/rfc/rfc8305"/>
/// </summary>
internal sealed class ConnectionRace(Func<Socket, IPEndPoint, CancellationToken, ValueTask> connect, TimeProvider clock)
{
    /// <summary>Maximum addresses per host: all attempts start within the first second of a lookup's 3 s.</summary>
    public const int MaxAddresses = 4;

    /// <summary>The delay recommended by RFC 8305 section 5.</summary>
    public static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    public ConnectionRace(TimeProvider clock)
        : this(static (socket, address, cancellation) => socket.ConnectAsync(address, cancellation), clock)
    {
    }

    /// <summary>Returns a connected socket. All other attempts have ended when this returns or throws.</summary>
    /// <exception cref="HttpRequestException">There is no address, or none answers.</exception>
    public async Task<Socket> RunAsync(IEnumerable<IPAddress> addresses, int port, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new Queue<IPAddress>(ByTurns(addresses).Take(MaxAddresses));
        var running = new List<Task<Socket>>();
        Exception? last = null;
        try
        {
            while (waiting.Count > 0 || running.Count > 0)
            {
                if (waiting.TryDequeue(out var address))
                    running.Add(AttemptAsync(new IPEndPoint(address, port), stop.Token));
                var time = waiting.Count > 0 ? HeadStart : Timeout.InfiniteTimeSpan;
                if (await FirstAsync(running, time, stop.Token) is not { } ended)
                    continue;
                running.Remove(ended);
                try
                {
                    return await ended;
                }
                catch (SocketException e)
                {
                    last = e;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var other in running)
                await DisposeAsync(other);
        }

        throw new HttpRequestException("The host has no usable address that responds", last);
    }

    private static IEnumerable<IPAddress> ByTurns(IEnumerable<IPAddress> addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .OrderByDescending(family => family.Key == AddressFamily.InterNetwork)
        .SelectMany(family => family.Select((address, turn) => (address, turn)))
        .OrderBy(entry => entry.turn)
        .Select(entry => entry.address);

    private async Task<Socket> AttemptAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connect(socket, address, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The first attempt that completes; null if none does in time.</summary>
    private async Task<Task<Socket>?> FirstAsync(
        List<Task<Socket>> running, TimeSpan time, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var delay = Task.Delay(time, clock, timer.Token);
        var first = await Task.WhenAny(running.Append(delay));
        await timer.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return first as Task<Socket>;
    }

    private static async Task DisposeAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
#pragma warning disable CA1031 // A losing attempt: its error is irrelevant.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
