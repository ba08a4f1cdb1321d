using AtpKeyserver.Client;
using AtpKeyserver.DevStack.Walkthroughs.Chapters;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>
/// Demonstrates the keyserver with three accounts, through the client library and HTTP. Each step checks its result;
/// the first failure ends the walkthrough.
/// </summary>
public static class Walkthrough
{
    /// <summary>Runs all chapters.</summary>
    /// <param name="keyserver">The app's base address.</param>
    /// <param name="pds">The emulator of accounts and tokens.</param>
    /// <param name="output">Where the steps are printed.</param>
    /// <param name="lastRun">The key hashes of an earlier run.</param>
    /// <param name="cancellation">Cancels the walkthrough.</param>
    /// <exception cref="StepFailedException">A step failed.</exception>
    public static async Task<WalkthroughResult> PlayAsync(
        Uri keyserver, Uri pds, StackTerminal output, KeptKeys? lastRun = null,
        CancellationToken cancellation = default)
    {
        using var http = Loopback.Client(TimeSpan.FromSeconds(15));
        var options = new KeyserverClientOptions { Address = keyserver, HttpClient = http };
        using var scene = new Scene(new XrpcClient(http, keyserver), new Pds(http, pds), options, output, cancellation);
        foreach (var chapter in Chapters(lastRun))
        {
            output.Chapter(chapter.Title);
            await chapter.PlayAsync(scene);
        }

        var hashes = scene.Keys.ToDictionary(key => key.Key, key => KeptKeys.Hash(key.Value));
        var kept = new KeptKeys(scene.GroupId, hashes);
        return new WalkthroughResult(scene.Steps, scene.Alice, scene.Bob, scene.KeyserverDid, kept);
    }

    private static IEnumerable<IChapter> Chapters(KeptKeys? lastRun) =>
    [
        new Cast(),
        .. lastRun is null ? (IChapter[])[] : [new SinceLastTime(lastRun)],
        new GroupCreation(),
        new MemberJoins(),
        new EncryptedPost(),
        new Rotation(),
        new MemberLeaves(),
        new PublicKeys(),
        new RefusedTokens(),
        new SharedWork(),
        new Goodbye(),
    ];
}
