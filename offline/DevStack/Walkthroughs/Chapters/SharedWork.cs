using System.Security.Cryptography;
using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Delegates and the access log. Uses new accounts, which the last chapter deletes.</summary>
internal sealed class SharedWork : IChapter
{
    public string Title => "Delegates and the access log";

    public async Task PlayAsync(Scene scene)
    {
        // A deleted account cannot be recreated for two hours, so each run needs new accounts.
        var run = RandomNumberGenerator.GetHexString(6, lowercase: true);
        scene.Leaver = (await NewAsync(scene, $"alice-{run}")) with { Name = "Alice" };
        scene.Friend = (await NewAsync(scene, $"bob-{run}")) with { Name = "Bob" };
        scene.Team = $"{scene.Leaver.Did}#team";

        await scene.StepAsync("A new Alice creates a group, a new Bob reads its key", async () =>
        {
            await KeyAsync(scene, scene.Leaver);
            await scene.Of(scene.Leaver).Groups.AddMemberAsync(scene.Team, scene.Friend.Did, scene.Cancellation);
            await KeyAsync(scene, scene.Friend);
            return $"team of {Short.Did(scene.Leaver.Did)}";
        });
        await scene.StepAsync("Alice reads the access log", async () =>
        {
            await FindAsync(scene, "read", scene.Leaver);
            return $"read by herself, and by Bob at {(await FindAsync(scene, "read", scene.Friend)).AccessedAt:u}";
        });
        await scene.StepAsync("Bob rotates the key", () =>
            Scene.RefusedAsync<LostAccessException>(KeyserverErrors.Forbidden, () => RotateAsync(scene)));
        await scene.StepAsync("Alice allows him to add members and rotate", async () =>
        {
            await scene.Of(scene.Leaver).Groups.AddDelegateAsync(
                scene.Team, scene.Friend.Did, GroupPermissions.AddMember | GroupPermissions.RotateKey,
                cancellation: scene.Cancellation);
            return "authorized";
        });
        await scene.StepAsync("Bob adds Mallory and rotates the key", async () =>
        {
            await scene.Of(scene.Friend).Groups.AddMemberAsync(scene.Team, scene.Mallory.Did, scene.Cancellation);
            Expect.Equal(2, (await RotateAsync(scene)).NewVersion, "the version");
            return "added; version 2";
        });
        await scene.StepAsync("Alice's log shows that it was Bob", async () =>
        {
            await FindAsync(scene, "add_member", scene.Friend);
            return $"rotate at {(await FindAsync(scene, "rotate", scene.Friend)).AccessedAt:u}";
        });
    }

    private static Task<Person> NewAsync(Scene scene, string name) =>
        scene.Pds.AccountAsync(name, "plc", "p256", scene.Cancellation);

    private static async Task KeyAsync(Scene scene, Person reader)
    {
        using var key = await scene.Of(reader).Groups.GetKeyAsync(scene.Team, cancellation: scene.Cancellation);
        Expect.Equal(1, key.Version, "the version");
    }

    private static Task<KeyRotation> RotateAsync(Scene scene) =>
        scene.Of(scene.Friend).Groups.RotateKeyAsync(scene.Team, cancellation: scene.Cancellation);

    private static async Task<AccessLogEntry> FindAsync(Scene scene, string action, Person by) =>
        await scene.Of(scene.Leaver).Groups.GetAccessLogAsync(scene.Team, scene.Cancellation)
            .FirstOrDefaultAsync(entry => entry.Did == by.Did && entry.Action == action && entry.Outcome == "granted",
                scene.Cancellation)
        ?? throw new StepFailedException($"expected a log entry {action} by {by}, got none");
}
