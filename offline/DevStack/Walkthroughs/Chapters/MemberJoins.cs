using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Who may read is the owner's choice.</summary>
internal sealed class MemberJoins : IChapter
{
    public string Title => "Bob joins";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Bob asks for the key", () => scene.RefusedGroupKeyAsync(scene.Bob));
        await scene.StepAsync("Alice adds Bob", async () =>
        {
            var input = new JsonObject { ["group_id"] = scene.GroupId, ["member_did"] = scene.Bob.Did };
            var answer = await scene.ProcedureAsync(scene.Alice, Nsid.AddMember, input);
            answer.Is(200).Says("groupId", scene.GroupId).Says("memberDid", scene.Bob.Did).Says("status", "added");
            return "added";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.SameGroupKeyAsync(scene.Bob, version: 1));
    }
}
