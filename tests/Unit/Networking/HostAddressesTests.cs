using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Configuration;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Names;
using Microsoft.Extensions.Options;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Networking;

/// <summary>DNS lookups for did:web hosts with the configured name servers.</summary>
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
    public async Task Finds_nothing_when_the_name_does_not_exist()
    {
        Answer(NameAnswer.NoSuchName, NameAnswer.NoSuchName);

        Assert.Empty(await FindAsync());
    }

    /// <summary>Some name servers never answer AAAA queries.</summary>
    [Fact]
    public async Task Uses_one_family_when_the_other_gets_no_response()
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
    public async Task Queries_the_next_name_server_when_one_is_silent()
    {
        using var silent = new TestNameServer();
        Answer(NameAnswer.Of("192.0.2.1"), NameAnswer.Nothing);
        var addresses = Addresses(HostAddresses.Attempt, silent, _server);

        // On a slow machine the second server may also time out.
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

    /// <summary>Waiting for a silent name server blocks no thread: 200 lookups wait on a smaller pool.</summary>
    [Fact]
    public async Task Waits_without_a_thread_and_ends_when_cancelled()
    {
        const int Lookups = 200;
        var addresses = Addresses(Eventually.Patience, _server);
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, Lookups)
            .Select(i => addresses.FindAsync($"h{i}.example.com", stop.Token)).ToArray();
        await Eventually.TrueAsync(() => _server.Hosts == Lookups);

        Assert.All(waiting, lookup => Assert.False(lookup.IsCompleted));
        Assert.InRange(ThreadPool.ThreadCount, 1, Lookups - 1);
        await stop.CancelAsync();

        foreach (var lookup in waiting)
            await Assert.ThrowsAnyAsync<Exception>(() => lookup.WaitAsync(Eventually.Patience));
        Assert.All(waiting, lookup => Assert.True(lookup.IsCompleted));
    }

    /// <summary>The client cannot cancel a TCP connection that it is opening.</summary>
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
