using AtpKeyserver.Functions.Endpoints.Accounts;
using AtpKeyserver.Functions.Endpoints.Groups;
using AtpKeyserver.Functions.Endpoints.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Tests.Fuzz.Engine;
using AtpKeyserver.Tests.Fuzz.Targets.Tlog;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>The parsers, by name.</summary>
internal static class AllTargets
{
    private static readonly Dictionary<string, Func<Target>> Makers = new(StringComparer.Ordinal)
    {
        ["base64url"] = () => new Base64UrlTarget(),
        ["token"] = () => new TokenTarget(),
        ["token-claims"] = () => new TokenClaimsTarget(),
        ["did"] = () => new DidTarget(),
        ["did-document"] = () => new DidDocumentTarget(),
        ["verification-method"] = () => new VerificationMethodTarget(),
        ["group-id"] = () => new GroupIdTarget(),
        ["body-rotate-group"] = () => new BodyTarget<RotateGroupKeyInput>(
            "body-rotate-group", GroupJson.Default.RotateGroupKeyInput, (call, input) =>
        {
            call.GroupId(input.GroupId);
            XrpcCall.CheckReason(input.Reason);
            XrpcCall.CheckVersion("expected_version", input.ExpectedVersion);
        }),
        ["body-member"] = () =>
            new BodyTarget<MemberInput>("body-member", GroupJson.Default.MemberInput, (call, input) =>
        {
            call.GroupId(input.GroupId);
            call.Did("member_did", input.MemberDid);
        }),
        ["body-members"] = () =>
            new BodyTarget<MembersInput>("body-members", GroupJson.Default.MembersInput, (call, input) =>
                MemberDids.Read(call, call.GroupId(input.GroupId), input.MemberDids)),
        ["body-delegate"] = () =>
            new BodyTarget<DelegateInput>("body-delegate", GroupJson.Default.DelegateInput, (call, input) =>
        {
            call.GroupId(input.GroupId);
            call.Did("delegate_did", input.DelegateDid);
            if (!PermissionNames.TryParse(input.Permissions, out _))
                throw XrpcCall.Invalid("permissions");
            XrpcCall.CheckTime("expires_at", input.ExpiresAt);
        }),
        ["body-group"] = () => new BodyTarget<GroupInput>(
            "body-group", GroupJson.Default.GroupInput, (call, input) => call.GroupId(input.GroupId)),
        ["body-rotate-keypair"] = () => new BodyTarget<RotateKeypairInput>(
            "body-rotate-keypair", KeypairJson.Default.RotateKeypairInput, (_, input) =>
        {
            XrpcCall.CheckReason(input.Reason);
            XrpcCall.CheckVersion("expected_version", input.ExpectedVersion);
        }),
        ["body-delete-account"] = () => new BodyTarget<DeleteAccountInput>(
            "body-delete-account", AccountJson.Default.DeleteAccountInput, (_, _) => { }),
        ["query"] = () => new QueryTarget(),
        ["time"] = () => new TimeTarget(),
        ["cursor"] = () => new CursorTarget(),
        ["sealed-form"] = () => new SealedFormTarget(),
        ["row"] = () => new RowTarget(),
        ["row-key"] = () => new RowKeyTarget(),
        ["forwarded-for"] = () => new ForwardedForTarget(),
        ["network"] = () => new NetworkTarget(),
        ["settings"] = () => new SettingsTarget(),
        ["tlog-note"] = () => new NoteTarget(),
        ["tlog-proof"] = () => new ProofTarget(),
        ["tlog-entry"] = () => new EntryTarget(),
        ["tlog-event"] = () => new EventTarget(),
        ["tlog-tile-path"] = () => new TilePathTarget(),
        ["tlog-bundle"] = () => new BundleTarget(),
        ["tlog-policy"] = () => new PolicyTarget(),
        ["tlog-vrf"] = () => new VrfProofTarget(),
    };

    public static IEnumerable<string> Names => Makers.Keys;

    /// <summary>The contract records that targets read from bodies.</summary>
    public static IEnumerable<string> Records =>
        Makers.Values.Select(make => make().GetType()).Where(type => type.IsGenericType)
            .Select(type => type.GetGenericArguments()[0].Name);

    public static Target Make(string name) => Makers[name]();
}
