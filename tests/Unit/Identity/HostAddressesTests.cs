using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Configuration;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Names;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Looking up the hosts of did:web, with name servers of our own.</summary>
public sealed class HostAddressesTests : IDisposable
{
    private const string Host = "user.example.com";

    private readonly TestNameServer _server = new();
    private readonly FakeClock _clock = new(TestResolver.Start);

    [Fact]
    public async Task Finds_the_addresses_of_both_families()
    {
        Answer(v4: NameAnswer.Of("192.0.2.1", "192.0.2.2"), v6: NameAnswer.Of("2001:db8::1"));

        var found = await FindAsync();

        Assert.Equal(["192.0.2.1", "192.0.2.2", "2001:db8::1"], found.Select(address => address.ToString()));
        Assert.Equal([Host], _server.Questions.Select(question => question.Host).Distinct());
    }

    [Fact]
    public async Task Finds_nothing_where_there_is_no_such_name()
    {
        Answer(NameAnswer.NoSuchName, NameAnswer.NoSuchName);

        Assert.Empty(await FindAsync());
    }

    /// <summary>Some name servers never answer a question for IPv6.</summary>
    [Fact]
    public async Task Takes_one_family_where_the_other_has_no_answer()
    {
        Answer(v4: NameAnswer.Of("192.0.2.1"), v6: null);
        var finding = FindAsync();
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(HostAddresses.OtherFamily);
            return finding.IsCompleted;
        });
        Assert.Equal("192.0.2.1", Assert.Single(await finding).ToString());

        Answer(v4: NameAnswer.ServerFailure, v6: NameAnswer.Of("2001:db8::1"));
        Assert.Equal("2001:db8::1", Assert.Single(await FindAsync()).ToString());
    }

    [Fact]
    public async Task Fails_when_the_name_server_fails()
    {
        Answer(NameAnswer.ServerFailure, NameAnswer.Nothing);

        await Assert.ThrowsAsync<HttpRequestException>(FindAsync);
    }

    [Fact]
    public async Task Asks_the_next_name_server_when_one_is_silent()
    {
        using var silent = new TestNameServer();
        Answer(NameAnswer.Of("192.0.2.1"), NameAnswer.Nothing);
        var addresses = Addresses(HostAddresses.Attempt, silent, _server);

        // On a slow machine the other one may answer too late, too.
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await addresses.FindAsync(Host, CancellationToken.None)).Length == 1;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        Assert.NotEmpty(silent.Questions);
    }

    /// <summary>
    /// Waiting for a silent name server takes no thread: two hundred lookups wait, and the pool has fewer threads.
    /// </summary>
    [Fact]
    public async Task Waits_without_a_thread_and_ends_when_it_is_cancelled()
    {
        const int LookUps = 200;
        var addresses = Addresses(Eventually.Patience, _server);
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, LookUps)
            .Select(i => addresses.FindAsync($"h{i}.example.com", stop.Token)).ToArray();
        await Eventually.TrueAsync(() => _server.Hosts == LookUps);

        Assert.All(waiting, lookUp => Assert.False(lookUp.IsCompleted));
        Assert.InRange(ThreadPool.ThreadCount, 1, LookUps - 1);
        await stop.CancelAsync();

        foreach (var lookUp in waiting)
            await Assert.ThrowsAnyAsync<Exception>(() => lookUp.WaitAsync(Eventually.Patience));
        Assert.All(waiting, lookUp => Assert.True(lookUp.IsCompleted));
    }

    /// <summary>The client could not end a TCP connection that it is opening.</summary>
    [Fact]
    public async Task Never_opens_a_TCP_connection()
    {
        Answer(NameAnswer.Truncated, NameAnswer.Truncated);

        await Assert.ThrowsAsync<HttpRequestException>(FindAsync);

        Assert.Equal(0, _server.Connections);
    }

    public void Dispose() => _server.Dispose();

    private HostAddresses Addresses(TimeSpan attempt, params TestNameServer[] servers) => new(
        Options.Create(new KeyserverOptions { NameServers = [.. servers.Select(server => $"{server.Address}")] }),
        _clock,
        attempt);

    private void Answer(NameAnswer? v4, NameAnswer? v6) =>
        _server.Answer = question => question.Family == AddressFamily.InterNetwork ? v4 : v6;

    private Task<IPAddress[]> FindAsync() =>
        Addresses(Eventually.Patience, _server).FindAsync(Host, CancellationToken.None);
}
