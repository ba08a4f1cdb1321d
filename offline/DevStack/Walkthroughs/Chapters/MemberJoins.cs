namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>The owner adds a member.</summary>
internal sealed class MemberJoins : IChapter
{
    public string Title => "Bob joins";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Bob asks for the key", () => scene.RefusedGroupKeyAsync(scene.Bob));
        await scene.StepAsync("Alice adds Bob", async () =>
        {
            await scene.Of(scene.Alice).Groups.AddMemberAsync(scene.GroupId, scene.Bob.Did, scene.Cancellation);
            return "added";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.SameGroupKeyAsync(scene.Bob, version: 1));
    }
}
