using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Callers that race on two instances over one storage.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class RaceTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private AppProcess _second = null!;
    private Api[] _instances = [];

    private string Group => $"{_alice}#friends";

    public async Task InitializeAsync()
    {
        _second = await keyserver.Stack.StartInstanceAsync();
        _instances = [_api, new Api(keyserver.Stack, _second.Origin)];
    }

    public async Task DisposeAsync()
    {
        _instances[1].Dispose();
        await _second.StopAsync();
    }

    [Fact]
    public async Task A_thousand_first_calls_make_one_key()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _instances[i % 2].GetAsync("group.getKey", _alice, ("group_id", Group))));
        Assert.Single(answers.Select(answer => (answer.Ok().String("secretKey"), answer.Int("version"))).Distinct());
        var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok().Json.GetProperty("versions");
        Assert.Equal(1, versions.GetArrayLength());
    }

    [Fact]
    public async Task A_hundred_first_calls_make_one_keypair()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => i % 3 == 0
            ? _instances[i % 2].GetAsync("keypair.getPublicKey", null, ("did", _bob))
            : _instances[i % 2].GetAsync("keypair.getKeypair", _bob)));
        Assert.Single(answers.Select(answer => (answer.Ok().String("publicKey"), answer.Int("version"))).Distinct());
    }

    [Fact]
    public async Task First_calls_that_meet_on_two_instances_make_one_keypair()
    {
        for (var round = 0; round < 150; round++)
        {
            var account = _api.NewAccount();
            // Sooner or later one of them reads just before the other has written.
            var answers = await Task.WhenAll(_instances.Select(async (instance, i) =>
            {
                await Task.Delay(i * round % 15);
                return await instance.GetAsync("keypair.getKeypair", account);
            }));
            Assert.All(answers, answer => Assert.Equal(1, answer.Ok().Int("version")));
            Assert.Single(answers.Select(answer => answer.String("publicKey")).Distinct());
        }
    }

    [Fact]
    public async Task Sixty_four_rotators_make_sixty_four_versions_and_there_is_always_one_active()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var rotations = Task.WhenAll(Enumerable.Range(0, 64).Select(i => _instances[i % 2].PostAsync("group.rotateKey", _alice, new { group_id = Group })));

        var seen = new Dictionary<int, string>();
        while (!rotations.IsCompleted)
        {
            var key = (await _instances[seen.Count % 2].GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
            Assert.True(seen.TryAdd(key.Int("version"), key.String("secretKey")) || seen[key.Int("version")] == key.String("secretKey"));
            var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok().Json.GetProperty("versions");
            Assert.Single(versions.EnumerateArray(), v => v.GetProperty("status").GetString() == "active");
        }

        var answers = await rotations;
        Assert.Equal(Enumerable.Range(2, 64), answers.Select(answer => answer.Ok().Int("newVersion")).Order());
        Assert.All(answers, answer => Assert.Equal(answer.Int("newVersion"), answer.Int("oldVersion") + 1));
        foreach (var (version, secret) in seen)
        {
            var stored = await _instances[1].GetAsync("group.getKey", _alice, ("group_id", Group), ("version", $"{version}"));
            Assert.Equal(secret, stored.Ok().String("secretKey"));
        }
    }

    [Fact]
    public async Task Of_rotators_that_expect_the_same_version_one_succeeds()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            _instances[i % 2].PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 1 })));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Is(409, "VersionConflict"));
    }

    [Fact]
    public async Task Once_a_removal_is_answered_no_instance_reads_for_the_removed()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        for (var round = 0; round < 10; round++)
        {
            (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
            // Both instances have the membership in memory.
            foreach (var instance in _instances)
                (await instance.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();

            using var stop = new CancellationTokenSource();
            var readers = _instances.Select(instance => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await instance.GetAsync("group.getKey", _bob, ("group_id", Group));
            })).ToArray();
            (await _instances[round % 2].PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
            var after = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _instances[i % 2].GetAsync("group.getKey", _bob, ("group_id", Group))));
            await stop.CancelAsync();
            await Task.WhenAll(readers);
            Assert.All(after, answer => answer.Is(403, "Forbidden"));
        }
    }

    [Fact]
    public async Task Once_the_removal_of_a_delegate_is_answered_nothing_that_it_asks_for_is_done_on_any_instance()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        for (var round = 0; round < 5; round++)
        {
            var rights = new { group_id = Group, delegate_did = _bob, permissions = new[] { "add_member", "rotate_key" } };
            (await _api.PostAsync("group.addDelegate", _alice, rights)).Ok();
            foreach (var instance in _instances)
                (await AddAsync(instance)).Ok();

            using var stop = new CancellationTokenSource();
            var granted = 0;
            var adders = _instances.SelectMany(instance => new[] { instance, instance }).Select((instance, i) => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var answer = i < 2 ? await AddAsync(instance) : await RotateAsync(instance);
                    granted += answer.Status == 200 ? 1 : 0;
                }
            })).ToArray();
            while (Volatile.Read(ref granted) < 4)
                await Task.Yield();
            (await _instances[round % 2].PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = _bob })).Ok();
            var then = await StateAsync();
            var after = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 4 < 2 ? AddAsync(_instances[i % 2]) : RotateAsync(_instances[i % 2])));
            await stop.CancelAsync();
            await Task.WhenAll(adders);

            Assert.All(after, answer => answer.Is(403, "Forbidden"));
            // Nor was anything done that had begun before, not even between the removal and its answer.
            Assert.Equal(then, await StateAsync());
            await NothingWasAddedSinceTheRemovalAsync();
        }

        Task<Answer> AddAsync(Api instance) =>
            instance.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _api.NewAccount() });

        Task<Answer> RotateAsync(Api instance) => instance.PostAsync("group.rotateKey", _bob, new { group_id = Group });

        async Task NothingWasAddedSinceTheRemovalAsync()
        {
            var storage = new StorageView(keyserver.Stack);
            var rows = new List<TableEntity>();
            await foreach (var row in storage.Groups.QueryAsync<TableEntity>($"PartitionKey eq '{await storage.PartitionOfGroupAsync(Group)}'"))
                rows.Add(row);
            var former = rows.Single(row => row.RowKey.StartsWith("d:", StringComparison.Ordinal));
            var added = rows.Where(row => row.RowKey.StartsWith("m:", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(added);
            Assert.All(added, row => Assert.InRange((long)row["Epoch"], 0, (long)former["Epoch"] - 1));
        }

        async Task<(int Members, int Version)> StateAsync()
        {
            var members = 0;
            string? cursor = null;
            do
            {
                (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
                var page = (await _api.GetAsync("group.listMembers", _alice, [("group_id", Group), ("limit", "100"), .. more])).Ok().Json;
                members += page.GetProperty("members").GetArrayLength();
                cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);
            return (members, (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().Int("version"));
        }
    }

    [Fact]
    public async Task Racing_additions_of_one_member_add_it_once()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            _instances[i % 2].PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Is(409, "MemberAlreadyExists"));
    }
}
