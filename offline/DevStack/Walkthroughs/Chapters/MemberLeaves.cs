namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>A removed member loses access at once.</summary>
internal sealed class MemberLeaves : IChapter
{
    public string Title => "Bob leaves";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Alice removes Bob", async () =>
        {
            await scene.Of(scene.Alice).Groups.RemoveMemberAsync(
                scene.GroupId, scene.Bob.Did, cancellation: scene.Cancellation);
            return "removed";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.RefusedGroupKeyAsync(scene.Bob));
        await scene.StepAsync("Alice still has access", () => scene.SameGroupKeyAsync(scene.Alice, version: 2));
    }
}
