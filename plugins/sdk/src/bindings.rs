//! The raw bindings of every capability, generated once for all plugins from `wit/`. Which of these functions a plugin
//! may call is decided by what its own `wit/world.wit` lists, when it is packed.
#![allow(unsafe_code, missing_docs, unreachable_pub, clippy::all)]

wit_bindgen::generate!({
    inline: "
        package linecard:sdk;

        world sdk {
            import linecard:base/base@0.1.0;
            import linecard:body/body@0.1.0;
            import linecard:catalogue/catalogue@0.1.0;
            import linecard:collections/collections@0.1.0;
            import linecard:connections/connections@0.1.0;
            import linecard:credits/credits@0.1.0;
            import linecard:guide/guide@0.1.0;
            import linecard:lines/lines@0.1.0;
            import linecard:logs/logs@0.1.0;
            import linecard:node/node@0.1.0;
            import linecard:packages/packages@0.1.0;
            import linecard:records/records@0.1.0;
            import linecard:sessions/sessions@0.1.0;
            import linecard:sql/sql@0.1.0;
            import linecard:users/users@0.1.0;
            export linecard:plugin/actions@0.1.0;
        }
    ",
    path: [
        "../../wit/plugin",
        "../../wit/base",
        "../../wit/body",
        "../../wit/catalogue",
        "../../wit/collections",
        "../../wit/connections",
        "../../wit/credits",
        "../../wit/guide",
        "../../wit/lines",
        "../../wit/logs",
        "../../wit/node",
        "../../wit/packages",
        "../../wit/records",
        "../../wit/sessions",
        "../../wit/sql",
        "../../wit/users",
    ],
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "linecard_sdk::bindings",
});
