using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>
/// Changes any number of members, up to 90 per call, and waits when a rate limit is exceeded. Can be repeated: accounts
/// that were changed already stay as they are.
/// </summary>
internal static class MemberChanges
{
    public static async Task<IReadOnlyList<MemberChange>> AddAsync(
        KeyserverGroups groups, string group, IReadOnlyList<string> dids,
        TimeProvider clock, CancellationToken cancellation)
    {
        using var progress = StartProgress();
        return await ChangeAsync(
            dids, (call, _) => groups.AddMembersAsync(group, call, cancellation), progress, clock, cancellation);
    }

    /// <summary>Removes members and, if <paramref name="rotate"/>, always rotates the key once, at the end.</summary>
    public static async Task<MembersRemoval> RemoveAsync(
        KeyserverGroups groups, string group, IReadOnlyList<string> dids, bool rotate,
        TimeProvider clock, CancellationToken cancellation)
    {
        using var progress = StartProgress();
        int? version = null;
        var members = await ChangeAsync(
            dids,
            async (call, isLast) =>
            {
                var removal = await groups.RemoveMembersAsync(group, call, isLast && rotate, cancellation);
                version = removal.NewVersion;
                return removal.Members;
            },
            progress, clock, cancellation);
        // The last call rotates only if it removes an account. An earlier call or run may have removed the others.
        if (rotate && version is null)
        {
            var rotation = await RateLimit.RunAsync(
                () => groups.RotateKeyAsync(group, cancellation: cancellation), progress, clock, cancellation);
            version = rotation.NewVersion;
        }

        return new MembersRemoval(members, version);
    }

    /// <param name="dids">All accounts.</param>
    /// <param name="change">Changes the accounts of one call. The second argument: whether it is the last call.</param>
    /// <param name="progress">Shows the count and the waits.</param>
    /// <param name="clock">The clock of the waits.</param>
    /// <param name="cancellation">Ends the waits.</param>
    private static async Task<IReadOnlyList<MemberChange>> ChangeAsync(
        IReadOnlyList<string> dids, Func<string[], bool, Task<IReadOnlyList<MemberChange>>> change,
        Progress progress, TimeProvider clock, CancellationToken cancellation)
    {
        var changes = new List<MemberChange>();
        foreach (var call in dids.Chunk(KeyserverGroups.MaxMembers))
        {
            var isLast = changes.Count + call.Length == dids.Count;
            changes.AddRange(await RateLimit.RunAsync(() => change(call, isLast), progress, clock, cancellation));
            progress.Report(changes.Count, dids.Count);
        }

        return changes;
    }

    private static Progress StartProgress() => new("account", "accounts");
}
