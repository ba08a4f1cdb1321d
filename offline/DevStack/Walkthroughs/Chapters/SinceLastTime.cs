using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Keys outlive a restart.</summary>
internal sealed class SinceLastTime(KeptKeys last) : IChapter
{
    public string Title => "Since last time";

    public async Task PlayAsync(Scene scene)
    {
        var name = last.GroupId[(last.GroupId.IndexOf('#', StringComparison.Ordinal) + 1)..];
        foreach (var (version, hash) in last.Hashes)
        {
            await scene.StepAsync($"Alice reads version {version} of {name}, made in the last run", async () =>
            {
                // Asked for by its version: that never makes a key where there is none.
                var key = await ReadAsync(scene, version);
                Expect.That(KeptKeys.Hash(key) == hash, "the key of the last run", $"another one, {Short.Of(key)}");
                return $"the same key {Short.Of(key)}";
            });
        }
    }

    private async Task<string> ReadAsync(Scene scene, int version)
    {
        try
        {
            using var key = await scene.Of(scene.Alice).Groups.GetKeyAsync(last.GroupId, version, scene.Cancellation);
            return Convert.ToHexStringLower(key.Key);
        }
        catch (GoneException e) when (e.ErrorName == KeyserverErrors.GroupNotFound)
        {
            throw new StepFailedException($"{last.GroupId} is gone. If you deleted it, --fresh begins anew.");
        }
    }
}
