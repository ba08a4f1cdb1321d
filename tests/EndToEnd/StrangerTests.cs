using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// A stranger cannot learn anything about a group: neither from the response nor from the work that it takes.
/// </summary>
public sealed class StrangerTests : IAsyncLifetime, IDisposable
{
    private Stack _stack = null!;
    private RecordingProxy _storage = null!;
    private Api _api = null!;
    private string _alice = "";

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        });
        _storage = await RecordingProxy.StartAsync(_stack.Azurite.Endpoint);
        var through = _stack.Azurite.ConnectionString.Replace(
            _stack.Azurite.Endpoint.Authority, $"127.0.0.1:{_storage.Port}", StringComparison.Ordinal);
        var instance = await _stack.StartInstanceAsync(
            new Dictionary<string, string>(Timers.Off) { ["Keyserver__Tables__ConnectionString"] = through });
        _api = new Api(_stack, instance.Origin);
        _alice = _api.NewAccount();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#friends"))).Ok();
    }

    public async Task DisposeAsync()
    {
        Dispose();
        await _storage.DisposeAsync();
        await _stack.DisposeAsync();
    }

    public void Dispose() => _api.Dispose();

    /// <summary>Each with the number of group rows that are read: the head, and the caller's possible roles.</summary>
    public static TheoryData<string, int> GroupMethods
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (string method in Methods.OfGroups)
                rows.Add(method, IsRemoval(method) ? 3 : 2);
            return rows;

            static bool IsRemoval(string method) =>
                method is "group.removeMember" or "group.removeMembers" or "group.member.remove";
        }
    }

    [Theory]
    [MemberData(nameof(GroupMethods))]
    public async Task An_absent_group_takes_the_same_response_and_storage_calls_as_a_foreign_one(
        string method, int rows)
    {
        var foreign = await CallAsync($"{_alice}#friends");
        var unknown = await CallAsync($"{_alice}#enemies");
        var ofNobody = await CallAsync($"{_api.NewAccount()}#friends", warm: true);

        Assert.Equal(foreign.Answer, unknown.Answer);
        Assert.Equal(foreign.Answer, ofNobody.Answer);
        // The same number of rows is found, and the same number is not.
        Assert.Equal((1, rows + 1), (foreign.Found, foreign.NotFound));
        Assert.Equal((foreign.Found, foreign.NotFound), (unknown.Found, unknown.NotFound));
        Assert.Equal((foreign.Found, foreign.NotFound), (ofNobody.Found, ofNobody.NotFound));
        // The caller's account, the group, the refusal, and the reads that equalize found and missing rows.
        Assert.Equal(Enumerable.Repeat("GET groups", rows).Prepend("GET accounts"), foreign.Calls.SkipLast(2));
        Assert.StartsWith("PUT accesslog", foreign.Calls[^2], StringComparison.Ordinal);
        Assert.StartsWith("GET accesslog", foreign.Calls[^1], StringComparison.Ordinal);
        Assert.Equal(foreign.Calls, unknown.Calls);
        Assert.Equal(foreign.Calls, ofNobody.Calls);

        async Task<(string Answer, string[] Calls, int Found, int NotFound)> CallAsync(string group, bool warm = false)
        {
            if (warm)
                await SendAsync(_api.NewAccount(), group);
            var stranger = _api.NewAccount();
            _storage.Take();
            var (found, notFound) = (0, 0);
            _storage.Between = async (request, send) =>
            {
                var row = await send();
                if (request.Method == HttpMethod.Get)
                    _ = row.IsSuccessStatusCode
                        ? Interlocked.Increment(ref found)
                        : Interlocked.Increment(ref notFound);
                return row;
            };
            var answer = await SendAsync(stranger, group);
            answer.Is(403, "Forbidden");
            return (answer.Text, _storage.Take(), found, notFound);
        }

        Task<Answer> SendAsync(string caller, string group) => _api.CallAsync(method, caller, group, caller);
    }
}
