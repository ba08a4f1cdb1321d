using System.Net;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Networking;

/// <summary>The system's resolver can block a thread for an unbounded time.</summary>
public sealed class OperatorConnectorTests
{
    [Fact]
    public async Task Blocks_one_dedicated_thread_for_a_host_however_many_callers_gave_up()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new CannedServer("");
        var (calls, ofPool) = (0, 0);
        var connector = new OperatorConnector(
            _ =>
            {
                Interlocked.Increment(ref calls);
                if (Thread.CurrentThread.IsThreadPoolThread)
                    Interlocked.Increment(ref ofPool);
                answer.Wait();
                return [IPAddress.Loopback];
            },
            new ConnectionRace(TimeProvider.System));
        var host = new DnsEndPoint("plc.example.com", server.Port);
        for (var i = 0; i < 50; i++)
        {
            using var giveUp = new CancellationTokenSource();
            var connecting = connector.ConnectAsync(host, giveUp.Token).AsTask();
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        }

        var last = connector.ConnectAsync(host, default).AsTask();
        await Eventually.TrueAsync(() => Volatile.Read(ref calls) > 0);
        answer.Set();
        await using var stream = await last;

        Assert.Equal((1, 0), (calls, ofPool));
    }

    [Fact]
    public async Task Retries_after_a_failure()
    {
        using var server = new CannedServer("");
        var calls = 0;
        var connector = new OperatorConnector(
            _ => ++calls == 1 ? throw new System.Net.Sockets.SocketException() : [IPAddress.Loopback],
            new ConnectionRace(TimeProvider.System));
        var host = new DnsEndPoint("plc.example.com", server.Port);

        await Assert.ThrowsAnyAsync<Exception>(() => connector.ConnectAsync(host, default).AsTask());
        await using var stream = await connector.ConnectAsync(host, default);

        Assert.Equal(2, calls);
    }
}
