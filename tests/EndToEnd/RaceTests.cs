using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Races between callers on two instances over one storage.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class RaceTests(KeyserverFixture keyserver, RaceTests.SecondInstance second)
    : IClassFixture<RaceTests.SecondInstance>
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly Api[] _instances = [keyserver.Api, second.Api];

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task A_thousand_first_calls_create_one_key()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            AnsweredAsync(() => _instances[i % 2].GetAsync("group.getKey", _alice, ("group_id", Group)))));
        Assert.Single(answers.Select(answer => (answer.Ok().String("secretKey"), answer.Int("version"))).Distinct());
        var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group)))
            .Ok().Json.GetProperty("versions");
        Assert.Equal(1, versions.GetArrayLength());
    }

    [Fact]
    public async Task A_hundred_first_calls_create_one_keypair()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => i % 3 == 0
            ? AnsweredAsync(() => _instances[i % 2].GetAsync("keypair.getPublicKey", null, ("did", _bob)))
            : AnsweredAsync(() => _instances[i % 2].GetAsync("keypair.getKeypair", _bob))));
        Assert.Single(answers.Select(answer => (answer.Ok().String("publicKey"), answer.Int("version"))).Distinct());
    }

    [Fact]
    public async Task Concurrent_first_calls_on_two_instances_create_one_keypair()
    {
        for (var round = 0; round < Rounds(40); round++)
        {
            var account = _api.NewAccount();
            // Eventually one of them reads just before the other writes.
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
    public async Task Sixty_four_rotations_create_sixty_four_versions_and_one_is_always_active()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var unknown = 0;
        var rotations = Task.WhenAll(Enumerable.Range(0, 64).Select(i => AnsweredAsync(
            () => _instances[i % 2].PostAsync("group.rotateKey", _alice, new { group_id = Group }),
            () => Interlocked.Increment(ref unknown))));

        var seen = new Dictionary<int, string>();
        while (!rotations.IsCompleted)
        {
            var key =
                (await AnsweredAsync(
                () => _instances[seen.Count % 2].GetAsync("group.getKey", _alice, ("group_id", Group)))).Ok();
            Assert.True(seen.TryAdd(key.Int("version"), key.String("secretKey"))
                || seen[key.Int("version")] == key.String("secretKey"));
            var versions = (await AnsweredAsync(ListAsync)).Ok().Json.GetProperty("versions");
            Assert.Single(versions.EnumerateArray(), v => v.GetProperty("status").GetString() == "active");
        }

        var answers = await rotations;
        var made = answers.Select(answer => answer.Ok().Int("newVersion")).Order().ToList();
        Assert.Equal(64, made.Distinct().Count());
        Assert.InRange(made[^1], 65, 65 + unknown);
        Assert.All(answers, answer => Assert.Equal(answer.Int("newVersion"), answer.Int("oldVersion") + 1));
        var listed = (await ListAsync()).Ok().Json.GetProperty("versions").EnumerateArray()
            .Select(v => v.GetProperty("version").GetInt32()).ToList();
        Assert.InRange(listed.Count, made[^1], 65 + unknown);
        Assert.Equal(Enumerable.Range(1, listed.Count).Reverse(), listed);
        foreach (var (version, secret) in seen)
        {
            var stored = await _instances[1]
                .GetAsync("group.getKey", _alice, ("group_id", Group), ("version", $"{version}"));
            Assert.Equal(secret, stored.Ok().String("secretKey"));
        }

        Task<Answer> ListAsync() => _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group));
    }

    [Fact]
    public async Task Of_rotations_that_expect_the_same_version_one_succeeds()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            _instances[i % 2].PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 1 })));
        OneSucceeds(answers, "VersionConflict");
        Assert.Equal(2, (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().Int("version"));
    }

    [Fact]
    public async Task After_a_removal_no_instance_serves_the_removed_member()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        for (var round = 0; round < Rounds(4); round++)
        {
            (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
            // Both instances have cached the membership.
            foreach (var instance in _instances)
                (await instance.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();

            using var stop = new CancellationTokenSource();
            var readers = _instances.Select(instance => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await instance.GetAsync("group.getKey", _bob, ("group_id", Group));
            })).ToArray();
            (await _instances[round % 2]
                .PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
            var after = await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(i => _instances[i % 2].GetAsync("group.getKey", _bob, ("group_id", Group))));
            await stop.CancelAsync();
            await Task.WhenAll(readers);
            Assert.All(after, answer => answer.Is(403, "Forbidden"));
        }
    }

    [Fact]
    public async Task After_the_removal_of_a_delegate_no_instance_executes_its_calls()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        for (var round = 0; round < Rounds(2); round++)
        {
            var rights =
                new { group_id = Group, delegate_did = _bob, permissions = new[] { "add_member", "rotate_key" } };
            (await _api.PostAsync("group.addDelegate", _alice, rights)).Ok();
            foreach (var instance in _instances)
                (await AddAsync(instance)).Ok();

            using var stop = new CancellationTokenSource();
            var granted = 0;
            var adders = _instances.SelectMany(instance => new[] { instance, instance })
                .Select((instance, i) => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var answer = i < 2 ? await AddAsync(instance) : await RotateAsync(instance);
                    if (answer.Status == 200)
                        Interlocked.Increment(ref granted);
                }
            })).ToArray();
            await Eventually.TrueAsync(() => Volatile.Read(ref granted) >= 4);
            (await _instances[round % 2]
                .PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = _bob })).Ok();
            var then = await StateAsync();
            var after = await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(i => i % 4 < 2 ? AddAsync(_instances[i % 2]) : RotateAsync(_instances[i % 2])));
            await stop.CancelAsync();
            await Task.WhenAll(adders);

            Assert.All(after, answer => answer.Is(403, "Forbidden"));
            // Calls that had begun earlier did not take effect either, even between the removal and its response.
            Assert.Equal(then, await StateAsync());
            await VerifyNoAdditionAfterRemovalAsync();
        }

        Task<Answer> AddAsync(Api instance) =>
            instance.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _api.NewAccount() });

        Task<Answer> RotateAsync(Api instance) => instance.PostAsync("group.rotateKey", _bob, new { group_id = Group });

        async Task VerifyNoAdditionAfterRemovalAsync()
        {
            var storage = new StorageView(keyserver.Stack);
            var rows = new List<TableEntity>();
            await foreach (var row in storage.Groups.QueryAsync<TableEntity>(
                $"PartitionKey eq '{await storage.PartitionOfGroupAsync(Group)}'"))
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
                var page =
                    (await _api.GetAsync("group.listMembers", _alice, [("group_id", Group), ("limit", "100"), .. more]))
                    .Ok().Json;
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
        OneSucceeds(answers, "MemberAlreadyExists");
        var members = (await _api.GetAsync("group.listMembers", _alice, ("group_id", Group)))
            .Ok().Json.GetProperty("members");
        Assert.Equal(1, members.GetArrayLength());
    }

    /// <summary>More with ./test.sh --long.</summary>
    private static int Rounds(int few) =>
        int.TryParse(Environment.GetEnvironmentVariable("KEYSERVER_RACE_ROUNDS"), CultureInfo.InvariantCulture,
            out var rounds) ? rounds : few;

    /// <summary>On a slow machine not all calls of a burst finish within 8 s: those get 503 and are retried.</summary>
    private static async Task<Answer> AnsweredAsync(Func<Task<Answer>> call, Action? unknown = null)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = await call();
            if (answer.Status != 503)
                return true;
            answer.Is(503, "UpstreamFailure");
            unknown?.Invoke();
            return false;
        });
        return answer!;
    }

    /// <summary>If one call was not answered in time, it may be the one that succeeded.</summary>
    private static void OneSucceeds(Answer[] answers, string error)
    {
        var late = answers.Count(answer => answer.Status == 503);
        Assert.InRange(answers.Count(answer => answer.Status == 200), late == 0 ? 1 : 0, 1);
        Assert.All(answers.Where(answer => answer.Status is not (200 or 503)), answer => answer.Is(409, error));
    }

    /// <summary>A second instance over the same storage.</summary>
    public sealed class SecondInstance(KeyserverFixture keyserver) : IAsyncLifetime
    {
        private AppProcess _process = null!;

        public Api Api { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _process = await keyserver.Stack.StartInstanceAsync();
            Api = new Api(keyserver.Stack, _process.Origin);
        }

        public async Task DisposeAsync()
        {
            Api.Dispose();
            await _process.StopAsync();
        }
    }
}
