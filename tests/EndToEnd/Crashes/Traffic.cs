using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// Concurrent clients that call the available instances until they are stopped; each fact belongs to one of them. One
/// group is shared by all; another is deleted and recreated by its own client; accounts are created and deleted.
/// </summary>
/// <param name="api">A new account's PDS.</param>
/// <param name="instance">Selects an instance.</param>
/// <param name="dice">Selects the requests.</param>
internal sealed class Traffic(Api api, Func<Api> instance, Dice dice)
{
    private readonly List<World> _worlds = [];
    private volatile bool _stops;
    private Task _clients = Task.CompletedTask;
    private int _requests;

    public int Requests => _requests;

    public int Unknown => _worlds.Sum(world => world.Ledger.Unknown);

    public async Task StartAsync()
    {
        var (shared, own) = (Add(), Add());
        await shared.PrepareAsync(instance());
        await own.PrepareAsync(instance());
        _clients = Task.WhenAll(
            RunAsync(shared, OwnerAsync),
            RunAsync(shared, OwnerAsync),
            RunAsync(shared, DelegateAsync),
            RunAsync(shared, MemberAsync),
            RunAsync(shared, CandidateAsync),
            RunAsync(shared, StrangerAsync),
            RunAsync(own, DeleterAsync),
            RunAsync(Add(), NewcomerAsync));
    }

    /// <summary>Returns when all clients have stopped.</summary>
    public async Task StopAsync()
    {
        _stops = true;
        await _clients;
    }

    /// <summary>Checks all guarantees, and that everything still works.</summary>
    /// <param name="used">
    /// An instance that was called before, for accounts that were not deleted: it may not know about a deletion for
    /// some seconds.
    /// </param>
    /// <param name="fresh">An instance with empty caches, for the others.</param>
    public async Task VerifyAsync(Api used, Api fresh)
    {
        await Task.WhenAll(_worlds.Select(async world =>
        {
            var at = world.Ledger.Deletions.Count > 0 ? fresh : used;
            await new Verifier(at, world.Ledger).VerifyAsync();
            await world.VerifyUsableAsync(at);
            await new Verifier(at, world.Ledger).VerifyAsync();
        }));
    }

    private World Add()
    {
        var world = new World(api);
        lock (_worlds)
            _worlds.Add(world);
        return world;
    }

    private Task RunAsync(World world, Func<World, Dice, Task> client)
    {
        var own = new Dice(dice.Next());
        return Task.Run(async () =>
        {
            while (!_stops)
                await client(world, own);
        });
    }

    private async Task<bool> SendAsync(World world, Request request)
    {
        Interlocked.Increment(ref _requests);
        var answer = await world.Ledger.SendAsync(instance(), request);
        if (answer is null or { Status: 503 })
            await Task.Delay(20);
        return answer?.Status == 200;
    }

    private Task OwnerAsync(World world, Dice own) => SendAsync(world, own.Below(20) switch
    {
        0 => world.Rotate(world.Owner),
        1 => new("keypair.rotate", world.Owner),
        < 6 => new("keypair.getKeypair", world.Owner),
        < 10 => world.GetKey(world.Owner, 1),
        _ => world.GetKey(world.Owner),
    });

    private Task DelegateAsync(World world, Dice own) =>
        SendAsync(world, own.Below(20) == 0 ? world.Rotate(world.Delegate) : world.GetKey(world.Owner));

    /// <summary>The owner's calls about its member.</summary>
    private Task MemberAsync(World world, Dice own) => SendAsync(world, own.Below(10) switch
    {
        0 => world.Remove(world.Member, world.Member),
        1 => world.Remove(world.Owner, world.Member, rotate: true),
        2 => world.Remove(world.Owner, world.Member),
        < 6 => world.Add(world.Owner, world.Member),
        _ => world.GetKey(world.Member),
    });

    /// <summary>The delegate's calls about an account.</summary>
    private Task CandidateAsync(World world, Dice own) => SendAsync(world, own.Below(10) switch
    {
        < 2 => world.Remove(world.Delegate, world.Candidate),
        < 5 => world.Add(world.Delegate, world.Candidate),
        _ => world.GetKey(world.Candidate),
    });

    private Task StrangerAsync(World world, Dice own) => SendAsync(world, own.Below(10) switch
    {
        < 2 => world.Dismiss(world.Owner, world.Stranger),
        < 3 => world.Dismiss(world.Stranger, world.Stranger),
        < 6 => world.Authorize(world.Stranger),
        _ => world.GetKey(world.Stranger),
    });

    /// <summary>The only client of a group that is deleted now and then.</summary>
    private async Task DeleterAsync(World world, Dice own)
    {
        switch (own.Below(10))
        {
            case 0:
                await SendAsync(world, world.DeleteGroup);
                break;
            case < 3:
                await SendAsync(world, world.Add(world.Owner, world.Member));
                break;
            case < 5:
                await SendAsync(world, world.Rotate(world.Owner));
                break;
            case 5:
                await SendAsync(world, world.Authorize(world.Delegate));
                break;
            case < 8:
                await SendAsync(world, world.GetKey(world.Member));
                break;
            default:
                await SendAsync(world, world.GetKey(world.Owner));
                break;
        }
    }

    /// <summary>New accounts, which may be deleted.</summary>
    private async Task NewcomerAsync(World first, Dice own)
    {
        var world = own.Below(3) == 0 ? Add() : first;
        await SendAsync(world, new("keypair.getKeypair", world.Owner));
        await SendAsync(world, world.GetKey(world.Owner));
        await SendAsync(world, world.Add(world.Owner, world.Member));
        await SendAsync(world, world.GetKey(world.Member));
        if (world != first && own.Below(2) == 0)
            await SendAsync(world, new("account.delete", world.Owner));
    }
}
