using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Once the answer is there, the member is out.</summary>
internal sealed class MemberLeaves : IChapter
{
    public string Title => "Bob leaves";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Alice removes Bob", async () =>
        {
            var input = new JsonObject { ["group_id"] = scene.GroupId, ["member_did"] = scene.Bob.Did };
            var answer = await scene.ProcedureAsync(scene.Alice, Nsid.RemoveMember, input);
            answer.Is(200).Says("memberDid", scene.Bob.Did).Says("status", "removed");
            return "removed";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.RefusedGroupKeyAsync(scene.Bob));
        await scene.StepAsync("Alice still has it", () => scene.SameGroupKeyAsync(scene.Alice, version: 2));
    }
}
