using System.Text;
using System.Text.RegularExpressions;
using AtpKeyserver.Errors;
using AtpKeyserver.Export;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support.Faults;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// Each response of the storage to a read is damaged in several ways: the caller gets the correct result or 503.
/// Existing members or versions are never missing.
/// </summary>
public sealed partial class MangledReadTests : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 4;

    private static readonly Dictionary<string, Func<Instance, World, Task<string>>> Reads = new()
    {
        ["the active key"] = async (at, world) => (await at.ReadAsync(world.Member, world.Group)).Key,
        ["a former key"] = async (at, world) => (await at.ReadAsync(world.Member, world.Group, version: 1)).Key,
        ["versions"] = async (at, world) =>
            Lines((await at.Get<GroupKeys>().ListVersionsAsync(world.Caller, world.Id, 1000, null, default)).Entries),
        ["members"] = async (at, world) =>
            Lines((await at.Get<GroupRoster>().ListMembersAsync(world.Caller, world.Id, 10, null, default)).Entries),
        ["delegates"] = async (at, world) =>
        {
            var page = await at.Get<GroupRoster>().ListDelegatesAsync(world.Caller, world.Id, 10, null, default);
            return Lines(page.Entries.Select(found => $"{found.Did} {found.Permissions}"));
        },
        ["groups of a member"] = async (at, world) =>
        {
            var member = Instance.DidOf(world.Member);
            var page = await at.Get<GroupsOfAccount>().ListAsync(member, role: null, 10, null, default);
            return Lines(page.Entries.Select(found => $"{found.Group.Id.Value} {found.Role}"));
        },
        ["access log"] = async (at, world) =>
            Lines((await at.Get<GroupLog>().ReadAsync(world.Caller, world.Id, 10, null, default)).Entries),
        ["export"] = async (at, world) =>
        {
            using var document = new MemoryStream();
            await at.Get<AccountExport>().WriteAsync(world.Caller, document, default);
            // Every export is logged and appears in the next one.
            return OwnLog.Replace(Encoding.UTF8.GetString(document.ToArray()), "");
        },
    };

    private readonly Backing _backing = new();
    private Instance _sound = null!;
    private World _world = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _sound = _backing.Start();
        var owner = _backing.NewDid();
        _world = new World(owner, $"{owner}#friends", _backing.NewDid());
        await _sound.ReadAsync(owner, _world.Group);
        await _sound.AddAsync(owner, _world.Group, _world.Member);
        await _sound.Get<GroupRotation>().RotateAsync(_world.Caller, _world.Id, null, null, default);
        await _sound.Get<GroupDelegates>().AddAsync(
            _world.Caller, _world.Id, Instance.DidOf(_backing.NewDid()), Permissions.AddMember, expires: null, default);
    }

    public async Task DisposeAsync()
    {
        await _sound.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    public static TheoryData<string> Names() => new(Reads.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_read_returns_the_correct_result_or_503(string name)
    {
        var read = Reads[name];
        var (right, calls) = await SoundAsync(read);
        Assert.NotEmpty(right);
        var refused = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(MangledAnswer.Sample(calls), parallel, async (run, _) =>
        {
            using var transport = new MangledTransport();
            await using var instance = _backing.Start(transport.Transport);
            transport.Mangle(run.Call, run.Damage);
            var text = "";
            var failure = await Record.ExceptionAsync(async () => text = await read(instance, _world));

            var where = $"{run.Damage}, answer {run.Call}";
            if (failure is null)
                Assert.True(text == right, $"{where}: {text}");
            else
                Assert.True(failure is KeyserverException e && ErrorStatus.Of(e.Error) == 503, $"{where}: {failure}");
            Assert.True(failure is null != transport.HasMangled, $"{where}: {failure}");
            if (failure is not null)
                Interlocked.Increment(ref refused);
            transport.Mangle(0, null);
            Assert.Equal(right, await read(instance, _world));
        });
        Assert.InRange(refused, 15, int.MaxValue);
    }

    private async Task<(string Right, IReadOnlyList<StorageCall> Calls)> SoundAsync(
        Func<Instance, World, Task<string>> read)
    {
        using var transport = new MangledTransport();
        await using var instance = _backing.Start(transport.Transport);
        return (await read(instance, _world), transport.Calls);
    }

    private static string Lines<T>(IEnumerable<T> entries) => string.Join('\n', entries);

    [GeneratedRegex("\"keypairAccessLog\":\\[[^\\]]*\\]", RegexOptions.CultureInvariant)]
    private static partial Regex OwnLog { get; }

    private sealed record World(string Owner, string Group, string Member)
    {
        public Caller Caller => Instance.CallerOf(Owner);

        public GroupId Id => Instance.Id(Group);
    }
}
