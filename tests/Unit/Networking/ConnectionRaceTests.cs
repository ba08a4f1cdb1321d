using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Networking;

/// <summary>The choice between the addresses of a host, on a fake clock.</summary>
public sealed class ConnectionRaceTests : IDisposable
{
    private readonly FakeClock _clock = new(TestResolver.Start);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _attempts = new();
    private readonly ConcurrentQueue<string> _cancelled = new();
    private readonly List<Socket> _sockets = [];

    [Fact]
    public async Task Tries_the_next_address_when_one_is_silent()
    {
        var race = RunAsync("192.0.2.1", "192.0.2.2");
        await StartedAsync("192.0.2.1");
        Assert.False(_attempts.ContainsKey("192.0.2.2"));

        await AdvanceUntilAsync(() => _attempts.ContainsKey("192.0.2.2"));
        Assert.False(race.IsCompleted);
        _attempts["192.0.2.2"].SetResult();
        using var winner = await race;

        Assert.Equal(["192.0.2.1"], _cancelled);
    }

    [Fact]
    public async Task Tries_the_next_address_at_once_after_a_refusal()
    {
        var race = RunAsync("192.0.2.1", "192.0.2.2");
        await StartedAsync("192.0.2.1");
        _attempts["192.0.2.1"].SetException(new SocketException((int)SocketError.NetworkUnreachable));

        await StartedAsync("192.0.2.2");
        _attempts["192.0.2.2"].SetResult();

        using var winner = await race;
        Assert.Equal(TestResolver.Start, _clock.GetUtcNow());
    }

    [Fact]
    public async Task Uses_the_first_address_when_it_answers_late()
    {
        var race = RunAsync("192.0.2.1", "192.0.2.2");
        await StartedAsync("192.0.2.1");
        await AdvanceUntilAsync(() => _attempts.ContainsKey("192.0.2.2"));
        _attempts["192.0.2.1"].SetResult();

        using var winner = await race;
        Assert.Equal(["192.0.2.2"], _cancelled);
    }

    [Fact]
    public async Task Alternates_address_families_and_tries_four_addresses()
    {
        string[] addresses = ["2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2", "192.0.2.3"];
        string[] expected = ["192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"];
        List<string> tried = [];
        var race = new ConnectionRace(
            (_, address, _) =>
            {
                tried.Add(address.Address.ToString());
                throw new SocketException((int)SocketError.ConnectionRefused);
            },
            _clock);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() =>
            race.RunAsync(addresses.Select(IPAddress.Parse), 443, default));

        Assert.Equal(expected, tried);
        Assert.IsType<SocketException>(failure.InnerException);
    }

    [Fact]
    public async Task Fails_when_there_is_no_address() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => RunAsync());

    [Fact]
    public async Task Cancellation_ends_all_attempts()
    {
        using var stop = new CancellationTokenSource();
        var race = RunAsync(stop.Token, "192.0.2.1", "192.0.2.2");
        await StartedAsync("192.0.2.1");
        await AdvanceUntilAsync(() => _attempts.ContainsKey("192.0.2.2"));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], _cancelled.Order());
        Assert.All(_sockets, socket => Assert.Throws<ObjectDisposedException>(() => socket.Listen()));
    }

    /// <summary>Real sockets: no route, a closed port, then a listener.</summary>
    [Fact]
    public async Task Connects_to_the_only_address_that_works()
    {
        using var server = new CannedServer("");
        // 240.0.0.0/4 is reserved: no network has a route there.
        IPAddress[] addresses = [IPAddress.Parse("240.0.0.1"), IPAddress.Parse("127.0.0.2"), IPAddress.Loopback];

        using var socket = await new ConnectionRace(TimeProvider.System).RunAsync(addresses, server.Port, default);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Task<Socket> RunAsync(params string[] addresses) => RunAsync(CancellationToken.None, addresses);

    private Task<Socket> RunAsync(CancellationToken cancellation, params string[] addresses) =>
        new ConnectionRace(ConnectAsync, _clock).RunAsync(addresses.Select(IPAddress.Parse), 443, cancellation);

    private async ValueTask ConnectAsync(Socket socket, IPEndPoint address, CancellationToken cancellation)
    {
        lock (_sockets)
            _sockets.Add(socket);
        var end = _attempts.GetOrAdd(address.Address.ToString(), _ =>
            new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await end.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Enqueue(address.Address.ToString());
            throw;
        }
    }

    private Task StartedAsync(string address) => Eventually.TrueAsync(() => _attempts.ContainsKey(address));

    /// <summary>The timer may not exist yet.</summary>
    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
    {
        _clock.Advance(ConnectionRace.HeadStart);
        return condition();
    });
}
